// The software bill of materials of what is shipped: of npm's own, only the libraries whose code is in dist/, and Node.js.

/** The libraries of dist/LICENSES.txt, as `name@version`. */
export const bundled = (licences) =>
  [...licences.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) (\d+\.\d+\.\d+\S*) \(.*\)$/gm)].map(([, name, version]) => `${name}@${version}`);

/**
 * @param all what `npm sbom --sbom-format cyclonedx` prints, parsed
 * @param licences the text of dist/LICENSES.txt
 * @param node the version of Node.js in the executable
 * @param made seconds since 1970: of the last commit, so that the same tree gives the same file
 */
export function sbomOf(all, { licences, node, made }) {
  const kept = new Set(bundled(licences));
  const own = all.metadata.component;
  // Everything is a development dependency for npm, as it is bundled: here it is a part.
  const components = all.components.filter(({ 'bom-ref': ref }) => kept.has(ref)).map(({ properties: _, ...component }) => component);
  const missing = [...kept].filter((ref) => !components.some(({ 'bom-ref': each }) => each === ref));
  if (missing.length > 0) throw new Error(`npm's list has no ${missing.join(', ')}`);
  components.push({
    'bom-ref': `node@${node}`,
    type: 'platform',
    name: 'node',
    version: node,
    description: 'Node.js, in the executable, the .deb and the .rpm; the npm package has none',
    licenses: [{ license: { id: 'MIT' } }],
    purl: `pkg:generic/node@${node}`,
  });
  const refs = components.map(({ 'bom-ref': ref }) => ref);
  const { serialNumber: _, ...rest } = all;
  return {
    ...rest,
    metadata: {
      ...all.metadata,
      timestamp: new Date(made * 1000).toISOString(),
      component: { ...own, name: 'novaspan', type: 'application' },
    },
    components,
    dependencies: [
      { ref: own['bom-ref'], dependsOn: refs },
      ...all.dependencies
        .filter(({ ref }) => kept.has(ref))
        .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) })),
    ],
  };
}
