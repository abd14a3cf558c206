// The audit of a published site: node audit.js JOB.json. The job says where the site stands and what is asked of it
// (tests/suite/audit.rs writes it); the answer, findings and figures, is one JSON object on the output.
import { readFile } from 'node:fs/promises';
import * as browser from './browser.js';
import * as feeds from './feeds.js';
import * as lighthouse from './lighthouse.js';
import * as markup from './markup.js';
import * as pictures from './pictures.js';
import * as site from './site.js';
import * as weights from './weights.js';
import { sample } from './sample.js';

const CHECKS = {
  markup: markup.check,
  links: site.links,
  graphs: site.graphs,
  feeds: feeds.check,
  weights: weights.check,
  browser: browser.check,
  lighthouse: lighthouse.check,
  pictures: pictures.take,
};

const job = JSON.parse(await readFile(process.argv[2], 'utf8'));
job.sample = sample(job);
const findings = [];
const figures = {};
const seconds = {};
for (const name of job.checks) {
  const start = performance.now();
  const tell = (page, text) => {
    findings.push({ check: name, page, text });
    process.stderr.write(`  ${page} ${text}\n`);
  };
  figures[name] = await CHECKS[name](job, tell);
  seconds[name] = Math.round((performance.now() - start) / 100) / 10;
  process.stderr.write(`${job.name}: ${name}: ${seconds[name]} s, ${findings.filter((one) => one.check === name).length} findings\n`);
}
process.stdout.write(JSON.stringify({ findings, figures, seconds, sample: job.sample }));
