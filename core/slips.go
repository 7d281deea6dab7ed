package core

// maxSlips bounds what is compared letter by letter.
const maxSlips = 200

// Slips counts the letters, in bytes, to change, add, leave out or swap with
// their neighbour to make one word the other (optimal string alignment): how
// likely one was meant for the other. No word is near a text of more than 200.
func Slips(a, b string) int {
	if len(a) > maxSlips || len(b) > maxSlips {
		return max(len(a), len(b))
	}
	before, row := []int(nil), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
