package workload

// Route says how numbers come from one kernel to the next: windows of an image that
// are laid out as vectors, and what is pooled before. Number i of the new list comes
// of those that From has in its place i, Each of them:
//
//	Take  y[i] = x[From[i]],                      Each = 1
//	Most  y[i] = max of x[From[i·Each + j]]
//	Mean  y[i] = Σ of x[From[i·Each + j]] / Over
//
// A From below zero is padding: zero to Take and Mean, and not there to Most. Over is
// Each, or without Padded the numbers that are there. Means of integers are rounded,
// halves up.
type Route struct {
	Rule   Rule
	Each   int
	From   []int32
	Padded bool
}

// Rule is what becomes of the numbers of a window.
type Rule int

// The rules.
const (
	Take Rule = iota
	Most
	Mean
)

// Follow takes integers along routes, in their order.
func Follow[T int32 | int64](routes []Route, x []T) []T {
	for i := range routes {
		x = follow(&routes[i], x, func(sum T, n int) T { return floorDiv(2*sum+T(n), 2*T(n)) })
	}
	return x
}

// FollowReal does so with real numbers.
func FollowReal(routes []Route, x []float32) []float32 {
	for i := range routes {
		x = follow(&routes[i], x, func(sum float32, n int) float32 { return sum / float32(n) })
	}
	return x
}

func floorDiv[T int32 | int64](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func follow[T int32 | int64 | float32](r *Route, x []T, over func(sum T, n int) T) []T {
	y := make([]T, len(r.From)/r.Each)
	if r.Rule == Take {
		for i, from := range r.From {
			if from >= 0 {
				y[i] = x[from]
			}
		}
		return y
	}
	for i := range y {
		sum, n := T(0), 0
		for _, from := range r.From[i*r.Each:][:r.Each] {
			switch {
			case from < 0:
				continue
			case r.Rule == Mean:
				sum += x[from]
			case n == 0 || x[from] > sum:
				sum = x[from]
			}
			n++
		}
		switch {
		case r.Rule == Most || n == 0:
			y[i] = sum
		case r.Padded:
			y[i] = over(sum, r.Each)
		default:
			y[i] = over(sum, n)
		}
	}
	return y
}
