// The commands of `trace`. A command's module is loaded when it is asked for.
import type { CommandRow } from './main.js';

export const commands: readonly CommandRow[] = [
  {
    name: 'run',
    summary: 'run a program on a kernel, record every event, and judge the run',
    load: () => import('./run.js'),
  },
  {
    name: 'audit',
    summary: 'run the programs that test copy-on-write on a kernel, and give one verdict',
    load: () => import('./audit.js'),
  },
  {
    name: 'shell',
    summary: 'boot a kernel and type at its console, recorded',
    load: () => import('./shell.js'),
  },
  {
    name: 'check',
    summary: 'judge a recorded run again',
    load: () => import('./check.js'),
  },
  {
    name: 'verify',
    summary: 'replay a recorded run and compare it with the recording',
    load: () => import('./verify.js'),
  },
  {
    name: 'query',
    summary: 'ask a recorded run questions in SQL',
    load: () => import('./query.js'),
  },
  {
    name: 'replay',
    summary: 'go to any moment of a recorded run and look around',
    load: () => import('./replay.js'),
  },
  {
    name: 'bio',
    summary: 'tell the life of one frame, or of one page of a process',
    load: () => import('./bio.js'),
  },
  {
    name: 'diff',
    summary: 'find the first event at which two runs part',
    load: () => import('./diff.js'),
  },
  {
    name: 'inspect',
    summary: 'show what the tracer finds in a kernel',
    load: () => import('./inspect.js'),
  },
];
