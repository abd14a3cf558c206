/** Does the same for each of a list, a few at a time, and keeps their order. */
export async function several<One, Done>(list: readonly One[], atOnce: number, work: (one: One) => Promise<Done>): Promise<Done[]> {
  const done: Done[] = new Array(list.length);
  let next = 0;
  const take = async () => {
    while (next < list.length) {
      const at = next++;
      done[at] = await work(list[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, list.length) }, take));
  return done;
}
