#!/usr/bin/env node
// The program `trace`, in the process that it has for itself.
import { main } from './commands/main.js';
import { processSurroundings } from './commands/surroundings.js';
import { commands } from './commands/table.js';

/** Fulfilled when the command is done. */
export const done = main(commands, process.argv.slice(2), processSurroundings()).then((code) => {
  process.exitCode = code;
});
