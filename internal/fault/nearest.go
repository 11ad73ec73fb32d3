package fault

// Nearest returns the candidate that is at most two edits away from word and nearest to it, or "". A candidate that
// shares no letter with word is never returned.
func Nearest(word string, candidates []string) string {
	best, bestEdits := "", 3
	for _, c := range candidates {
		if n := edits(word, c); n < bestEdits && n < max(len(c), len(word)) {
			best, bestEdits = c, n
		}
	}
	return best
}

// edits returns the number of single-byte insertions, deletions and replacements between two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}
