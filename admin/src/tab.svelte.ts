/** What stands before the title of the tab. The door of the admin shows it and does not know what it tells. */
const now = $state({ mark: '' });
export const mark = () => now.mark;
export const note = (text: string) => void (now.mark = text);
