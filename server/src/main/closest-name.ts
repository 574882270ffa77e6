// "Did you mean": which known name a mistyped one is nearest to.

/** The known name that has all of the name's words, or else is fewest edits away: at most a third of its letters. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly edits: number } | undefined
  for (const candidate of known) {
    const edits = hasWords(candidate, name) ? 0 : editDistance(name, candidate)
    if (edits <= candidate.length / 3 && edits < (best?.edits ?? Infinity)) best = { name: candidate, edits }
  }
  return best?.name
}

function hasWords(candidate: string, name: string): boolean {
  const words = candidate.split('_')
  return name.split('_').every((word) => words.includes(word))
}

/** Levenshtein's distance: the fewest letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    above = row
  }
  return above[b.length] ?? 0
}
