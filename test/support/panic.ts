// Rows of a panic, as rules about panics read them.
import type { Entry, Story } from './story.js';

/** Ends an entry in a panic, called by the first function, that by the second, and so on; `*`: interrupted there. */
export function panic(story: Story, entry: Entry, ...calls: string[]): void {
  const { cycle } = story;
  calls.forEach((name, depth) => {
    const isInterrupted = name.startsWith('*');
    const where = isInterrupted ? name.slice(1) : 'panic';
    const call_site = isInterrupted ? 0 : story.at(name);
    story.emit('panic_call', entry, where, { cycle, depth, call_site });
  });
  story.emit('panic', entry, 'panic', { cycle, text: calls[0], call_site: story.at(calls[0]) });
  story.end(entry, 0);
}
