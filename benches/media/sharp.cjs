// The same chain by sharp: `node sharp.cjs <file> <folder> <turns> jpeg|avif <effort> <width>:<quality> …`.
// Prints what `chain` prints.
'use strict';
const { statSync } = require('node:fs');
const sharp = require('sharp');

const [file, folder, turns, kind, effort, ...sizes] = process.argv.slice(2);
sharp.cache(false);

const made = (width, quality) => {
  const small = sharp(file).rotate().resize({ width, kernel: 'lanczos3' });
  const path = `${folder}/sharp-${width}.${kind === 'jpeg' ? 'jpg' : 'avif'}`;
  const encoded = kind === 'jpeg' ? small.jpeg({ quality, mozjpeg: true }) : small.avif({ quality, effort: Number(effort) });
  return encoded.toFile(path).then(() => ({ width, quality, path, bytes: statSync(path).size }));
};

(async () => {
  const times = [];
  let files = [];
  for (let turn = 0; turn < Number(turns); turn++) {
    const begun = process.hrtime.bigint(), used = process.cpuUsage();
    files = [];
    for (const size of sizes) files.push(await made(...size.split(':').map(Number)));
    const { user, system } = process.cpuUsage(used);
    times.push({ wall: Number(process.hrtime.bigint() - begun) / 1e9, cpu: (user + system) / 1e6 });
  }
  console.log(JSON.stringify({ turns: times, files, version: sharp.versions.sharp, libvips: sharp.versions.vips }));
})();
