// What a profile file can say, as one table: docs/profile.schema.json, the check and the types come from it.
import { jsonSchema, type Form, type Read } from './form.js';

const offset = (about: string) => ({ kind: 'integer', about: `Offset of ${about}, in bytes.` }) as const;
const state = (name: string) => ({ kind: 'integer', about: `Its value for ${name}.` }) as const;
const role = (what: string) =>
  ({ kind: 'function', about: `The function that ${what}.`, nullable: true }) as const;

export const profileForm = {
  kind: 'object',
  about:
    'Where a kernel keeps what the probes look at. What is left out is found as without the file; null says that there is ' +
    'none. A place is a variable ("kmem"), a member or element of one ("kmem.freelist", "cpus[0].proc"; needs debug ' +
    'information), either with bytes added ("kmem+24"), or a physical address ("0x80001000").',
  keys: {
    functions: {
      kind: 'object',
      about: 'Functions that the probes stop at.',
      keys: {
        allocate: role('hands out a free frame, in a0'),
        free: role('is given a frame, in a0, to free it or to drop a reference'),
        map: role('is given a page table, in a0, to map pages in'),
        free_table: role('is given a page table, in a0, to free it and those below'),
        panic: role('stops the kernel, with a text in a0'),
      },
    },
    imageEnd: { kind: 'place', about: 'The first address behind the kernel’s image.', nullable: true },
    freeList: {
      kind: 'object',
      about: 'The list of free frames, linked through their first words.',
      nullable: true,
      keys: {
        heads: {
          kind: 'list',
          about: 'The pointers to the first frame: one, or one for each list.',
          of: { kind: 'place', about: 'A pointer.' },
        },
      },
    },
    referenceCounts: {
      kind: 'list',
      about: 'Arrays that may count the references to frames, likeliest first; their use decides among them.',
      nullable: true,
      of: {
        kind: 'object',
        about: 'An array. What is left out is as it was found for this place.',
        keys: {
          at: { kind: 'place', about: 'Element 0, or the pointer to it.' },
          isPointer: { kind: 'boolean', about: 'The place holds a pointer to the array.' },
          elementBytes: { kind: 'integer', about: 'Size of a count: 1, 2, 4 or 8.' },
          stride: { kind: 'integer', about: 'Bytes from one count to the next; elementBytes by default.' },
          offset: { kind: 'integer', about: 'Bytes from where a pointer points to the first count.' },
          isSigned: { kind: 'boolean', about: 'Counts can be negative.' },
          count: { kind: 'integer', about: 'Elements; not for a pointer.' },
          firstFrame: {
            kind: 'place',
            about: 'The frame that element 0 counts, unless its use says otherwise.',
          },
        },
      },
    },
    processes: {
      kind: 'object',
      about: 'The process table, and which process each hart runs.',
      nullable: true,
      keys: {
        table: { kind: 'place', about: 'The first element of the table.' },
        stride: { kind: 'integer', about: 'Bytes of an element, or of a process.' },
        count: { kind: 'integer', about: 'Elements.' },
        maker: {
          kind: 'function',
          about: 'Where there is no table: the function that returns a new process, in a0.',
        },
        offsets: {
          kind: 'object',
          about: 'Members of an element.',
          keys: {
            pid: offset('the process number (32 bits)'),
            state: offset('the state (32 bits)'),
            pagetable: offset('the pointer to the root of its page table'),
            parent: offset('the pointer to the parent’s element'),
            name: offset('the name'),
            size: offset('the size of user memory (64 bits)'),
          },
        },
        nameBytes: { kind: 'integer', about: 'Bytes of the name.' },
        states: {
          kind: 'object',
          about: 'What the state can be.',
          keys: {
            unused: state('no process'),
            sleeping: state('one that waits'),
            runnable: state('one that could run'),
            running: state('one that runs'),
            zombie: state('one that has exited and was not waited for'),
          },
        },
        current: { kind: 'place', about: 'The pointer to the element of the process that hart 0 runs.' },
        currentStride: { kind: 'integer', about: 'Bytes to the next hart’s.' },
        harts: { kind: 'integer', about: 'Harts that have one.' },
      },
    },
  },
} as const satisfies Form;

/** A profile file's content. */
export type GivenProfile = Read<typeof profileForm>;

/** docs/profile.schema.json as it should be. */
export function profileSchema(): string {
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'cowtrace profile' };
  return `${JSON.stringify({ ...head, ...jsonSchema(profileForm) }, null, 2)}\n`;
}
