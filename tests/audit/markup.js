// The Nu HTML checker over every page: no error and no warning.
import { spawn } from 'node:child_process';
import { file } from './tools.js';

/** Arguments of one run of the checker: command lines have a limit. */
const FILES_AT_ONCE = 1500;

export async function check(job, tell) {
  const files = job.pages.map((page) => `${job.folder}/${page.file}`);
  let messages = 0;
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
    for (const message of await checked(job, files.slice(from, from + FILES_AT_ONCE))) {
      messages += 1;
      const place = message.lastLine ? `:${message.lastLine}:${message.firstColumn ?? message.lastColumn}` : '';
      const page = (message.url ?? '').replace(`file:${job.folder}/`, '') + place;
      tell(page, `${message.subType ?? message.type}: ${message.message} ${(message.extract ?? '').trim()}`);
    }
  }
  return { pages: files.length, messages };
}

async function checked(job, files) {
  const jar = file('vnu-jar/build/dist/vnu.jar');
  const run = spawn(job.java, ['-Xss4m', '-jar', jar, '--format', 'json', '--stdout', '--exit-zero-always', ...files]);
  let out = '';
  let told = '';
  run.stdout.on('data', (part) => (out += part));
  run.stderr.on('data', (part) => (told += part));
  const status = await new Promise((end, fail) => run.on('error', fail).on('close', end));
  if (status !== 0) throw new Error(`the HTML checker ended with ${status}: ${told}`);
  return JSON.parse(out).messages;
}
