/**
 * A table in Markdown; the first row is its head
 */
export function formatTable(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row: string[], pad: (text: string, width: number) => string) =>
    `| ${row.map((cell, column) => pad(cell, widths[column])).join(' | ')} |`
  return [
    line(rows[0], (text, width) => text.padEnd(width)),
    line(
      rows[0].map(() => ''),
      (_, width) => '-'.repeat(width)
    ),
    ...rows.slice(1).map((row) => line(row, (text, width) => text.padEnd(width))),
  ].join('\n')
}
