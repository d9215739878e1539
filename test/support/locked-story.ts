// The beginning of a story about locks.
import { Story } from './story.js';

/** Rows of a kernel with two locks. */
export function lockedStory(): Story {
  const story = new Story();
  story.inside(0, 'scheduler', (entry) => {
    ['kmem.lock', 'count_lock'].forEach((name, number) => {
      story.emit('lock', entry, '', { number, name });
    });
  });
  return story;
}
