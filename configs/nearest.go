package configs

import "strings"

// Nearest is the candidate that a misspelt word most likely meant, or "".
func Nearest(word string, candidates []string) string {
	best, least := "", len(word)+1
	for _, candidate := range candidates {
		longer := max(len(word), len(candidate))
		if longer-min(len(word), len(candidate)) > longer/3 {
			continue
		}
		d := distance(fold(word), fold(candidate))
		if d <= (longer+1)/3 && d < least {
			best, least = candidate, d
		}
	}
	return best
}

// fold leaves out differences that only a computer minds.
func fold(word string) string {
	return strings.ToLower(strings.ReplaceAll(word, "-", "_"))
}

// distance is Damerau–Levenshtein's (optimal string alignment): insertions,
// deletions, substitutions and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
