import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, npmEnvironment } from '../setup/install.mjs';
import { ROOT } from '../setup/node.mjs';

interface Component {
  readonly 'bom-ref': string;
}

interface Bom {
  readonly metadata: { readonly component: Component & Record<string, unknown> };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** Writes what the server consists of in CycloneDX: its packages, and those whose code is inside the console. */
export function writeSbom(destination: string, version: string): string {
  const { metadata, components, dependencies, ...bom } = wholeSbom();
  const edges = new Map(dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const direct = dependenciesOf('packages/server');
  const bundled = bundledPackages();
  const included = new Set<string>();
  const include = (ref: string): void => {
    if (included.has(ref)) return;
    included.add(ref);
    const folder = /^@bindery\/(.+)@/.exec(ref)?.[1];
    // What our own packages are developed with is not part of them.
    const next = folder === undefined ? (edges.get(ref) ?? []) : dependenciesOf(`packages/${folder}`);
    for (const one of next) include(one);
  };
  for (const ref of direct) include(ref);
  // Exactly these: what else they depend on did not get into the bundle.
  for (const ref of bundled) included.add(ref);
  const kept = components.filter((component) => included.has(component['bom-ref']));
  if (kept.length !== included.size) {
    const lost = [...included].filter((ref) => !kept.some((component) => component['bom-ref'] === ref));
    throw new Error(`not in the lockfile: ${lost.join(', ')}`);
  }
  const withoutOthers = ({ ref, dependsOn }: Bom['dependencies'][number]) => ({
    ref,
    dependsOn: dependsOn.filter((one) => included.has(one)),
  });
  const root = { ref: metadata.component['bom-ref'], dependsOn: [...new Set([...direct, ...bundled])] };
  const file = join(destination, `bindery-${version}.cdx.json`);
  const written = {
    ...bom,
    // npm names the project after the folder that the clone is in.
    metadata: { ...metadata, component: { ...metadata.component, name: 'bindery' } },
    components: kept,
    dependencies: [root, ...dependencies.filter(({ ref }) => included.has(ref)).map(withoutOthers)],
  };
  writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
  return file;
}

/** What a package of ours needs at run time: `name@version`, since our versions are exact. */
function dependenciesOf(folder: string): readonly string[] {
  // Our own manifest.
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    dependencies?: Readonly<Record<string, string>>;
  };
  return Object.entries(dependencies ?? {}).map(([name, version]) => `${name}@${version}`);
}

/** The packages whose code is inside the console: `name@version`. */
function bundledPackages(): readonly string[] {
  const text = readFileSync(join(ROOT, 'packages/console/dist/licenses.json'), 'utf8');
  // Written by Vite, by its option `build.license`.
  const licenses = JSON.parse(text) as readonly { readonly name: string; readonly version: string }[];
  return licenses.map(({ name, version }) => `${name}@${version}`);
}

function wholeSbom(): Bom {
  const { file, args, shell } = npmCommand(['sbom', '--sbom-format=cyclonedx', '--package-lock-only']);
  const output = execFileSync(file, args, {
    cwd: ROOT,
    env: npmEnvironment(),
    shell,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output);
}
