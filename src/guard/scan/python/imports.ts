// Lowers Python's imports: what is bound by which name, and what is loaded besides.
import type { Import, ImportedName } from '../program/program.ts'
import type { PythonSource } from './source.ts'
import type { NodeId } from './tree.ts'

export function lowerImport(source: PythonSource, node: NodeId): Import[] {
  const { tree } = source
  const inner = tree.children(node).filter(child => tree.kind(child) !== 'from')
  switch (tree.kind(node)) {
    case 'import_statement':
      return inner.flatMap(child => lowerModule(source, child))
    case 'future_import_statement':
      return [importOf(source, node, '__future__', inner)]
    default: {
      const [from, ...names] = inner
      return from === undefined ? [] : [importOf(source, node, moduleName(source, from), names)]
    }
  }
}

/**
 * `import a.b as c` binds c to a.b. `import a.b` binds a to a, and loads a.b besides: the second is an import without names, at the
 * same place.
 */
function lowerModule(source: PythonSource, node: NodeId): Import[] {
  const { tree } = source
  const place = source.place(node)
  const typeOnly = source.isTypeOnly
  const bind = (module: string, local: string): Import => ({
    ...{ kind: 'import', ...place, module, typeOnly },
    names: [{ imported: '*', local }],
  })

  if (tree.kind(node) === 'aliased_import') {
    const { imported, local } = lowerAlias(source, node)
    if (imported === 'importlib') source.loaders.add(`${local}.import_module`)
    return [bind(imported, local)]
  }

  const module = source.dotted(node)
  const dot = module.indexOf('.')
  if (dot < 0) return [bind(module, module)]
  const package_ = module.slice(0, dot)
  return [bind(package_, package_), { kind: 'import', ...place, module, names: [], typeOnly }]
}

function importOf(source: PythonSource, node: NodeId, module: string, nodes: readonly NodeId[]): Import {
  const { tree } = source
  const names = nodes.map((child): ImportedName => {
    switch (tree.kind(child)) {
      case 'wildcard_import':
        return { imported: '*', local: '*' }
      case 'aliased_import':
        return lowerAlias(source, child)
      default: {
        const name = source.dotted(child)
        return { imported: name, local: name }
      }
    }
  })
  if (module === 'importlib')
    for (const { imported, local } of names)
      if (imported === 'import_module' || imported === '__import__') source.loaders.add(local)
  return { kind: 'import', ...source.place(node), module, names, typeOnly: source.isTypeOnly }
}

function lowerAlias(source: PythonSource, node: NodeId): ImportedName {
  const [imported, local] = source.tree.children(node)
  return {
    imported: imported === undefined ? '' : source.dotted(imported),
    local: local === undefined ? '' : source.identifier(local),
  }
}

/** 'a.b', '.', '..feeds'. */
const moduleName = (source: PythonSource, node: NodeId): string =>
  source.tree.kind(node) === 'relative_import'
    ? source.tree
        .textOf(node)
        .replace(/[\s\\]+/g, '')
        .normalize('NFKC')
    : source.dotted(node)
