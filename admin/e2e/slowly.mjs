/** An old laptop on a 3G line, for those stories that measure. */
const CPU_SLOWER = 4;
const bytes = (bits) => bits / 8;
const LINE = { offline: false, latency: 300, downloadThroughput: bytes(700_000), uploadThroughput: bytes(700_000) };
/** Tenths of a second: so long nothing may be on its way, and so long that is waited for. A stream that stays open never ends. */
const [QUIET_TURNS, TURNS_MAX] = [5, 100];

/** Slows a page down. What it gives waits until nothing is on its way, and tells how much was sent since it was last asked. */
export async function slow(page) {
  const line = await page.context().newCDPSession(page);
  const open = new Set();
  let sent = 0;
  line.on('Network.requestWillBeSent', ({ requestId }) => open.add(requestId));
  line.on('Network.loadingFailed', ({ requestId }) => open.delete(requestId));
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    open.delete(requestId);
    sent += encodedDataLength;
  });
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', LINE);
  await line.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWER });
  return async () => {
    for (let quiet = 0, turn = 0; quiet < QUIET_TURNS && turn < TURNS_MAX; turn++) {
      await page.waitForTimeout(100);
      quiet = open.size ? 0 : quiet + 1;
    }
    const before = sent;
    sent = 0;
    return before;
  };
}
