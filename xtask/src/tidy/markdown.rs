//! Tables in Markdown pages.

/// Splits a table row into its cells, with backticks and stars taken off; absent for other lines.
pub(super) fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(|cell| cell.replace(['`', '*'], "").trim().to_owned()).collect())
}

/// Whether a row only separates the header from the body.
pub(super) fn is_rule(cells: &[String]) -> bool {
    cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
}

/// Finds the first table whose header holds all `columns`, and returns those cells of each body row.
pub(super) fn table<const N: usize>(page: &str, columns: [&str; N]) -> Option<Vec<[String; N]>> {
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(header) = cells(line) else { continue };
        let Some(places) = places(&header, columns) else { continue };
        if !lines.peek().and_then(|line| cells(line)).is_some_and(|row| is_rule(&row)) {
            continue;
        }
        let body = lines.skip(1).map_while(cells);
        return Some(body.map(|row| places.map(|at| row.get(at).cloned().unwrap_or_default())).collect());
    }
    None
}

fn places<const N: usize>(header: &[String], columns: [&str; N]) -> Option<[usize; N]> {
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = header.iter().position(|cell| cell.eq_ignore_ascii_case(column))?;
    }
    Some(places)
}
