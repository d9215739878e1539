#!/usr/bin/env node
// The commands of `trace`. A command's module is loaded when it is asked for.
import { main, type CommandRow } from './commands/main.js';
import { processSurroundings } from './commands/surroundings.js';

const commands: readonly CommandRow[] = [
  {
    name: 'run',
    summary: 'run a program on a kernel, record every event, and judge the run',
    load: () => import('./commands/run.js'),
  },
  {
    name: 'audit',
    summary: 'run the programs that test copy-on-write on a kernel, and give one verdict',
    load: () => import('./commands/audit.js'),
  },
  {
    name: 'shell',
    summary: 'boot a kernel and type at its console, recorded',
    load: () => import('./commands/shell.js'),
  },
  {
    name: 'check',
    summary: 'judge a recorded run again',
    load: () => import('./commands/check.js'),
  },
  {
    name: 'verify',
    summary: 'replay a recorded run and compare it with the recording',
    load: () => import('./commands/verify.js'),
  },
  {
    name: 'query',
    summary: 'ask a recorded run questions in SQL',
    load: () => import('./commands/query.js'),
  },
  {
    name: 'replay',
    summary: 'go to any moment of a recorded run and look around',
    load: () => import('./commands/replay.js'),
  },
  {
    name: 'bio',
    summary: 'tell the life of one frame, or of one page of a process',
    load: () => import('./commands/bio.js'),
  },
  {
    name: 'diff',
    summary: 'find the first event at which two runs part',
    load: () => import('./commands/diff.js'),
  },
  {
    name: 'inspect',
    summary: 'show what the tracer finds in a kernel',
    load: () => import('./commands/inspect.js'),
  },
];

process.exitCode = await main(commands, process.argv.slice(2), processSurroundings());
