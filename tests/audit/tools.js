// Packages are installed outside of the checkout (scripts/audit-tools): this finds them there.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const folder = process.env.LAMIN_TEST_AUDIT_TOOLS;
if (!folder) throw new Error('LAMIN_TEST_AUDIT_TOOLS names no folder: see scripts/audit-tools');
const require = createRequire(`${folder}/package.json`);

/** The path of a file of a package. */
export const file = (name) => require.resolve(name);

/** A package, whichever way it is written. */
export async function load(name) {
  const loaded = await import(pathToFileURL(require.resolve(name)).href);
  return loaded.default && Object.keys(loaded).length <= 2 ? loaded.default : loaded;
}
