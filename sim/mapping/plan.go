package mapping

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"xbar/sim/workload"
)

// Policy decides which tile leaves when another needs its array.
type Policy string

// The policies, by the names that configs use.
const (
	LRU     Policy = "lru"
	Pin     Policy = "pin"
	Optimal Policy = "optimal"
)

// Chip is what the planner needs to know of the arrays.
type Chip struct {
	Arrays  int
	Policy  Policy
	Stream  int  // arrays that pin leaves for streaming tiles
	Overlap bool // arrays are written while others compute: a wave leaves half of them free
	Widen   bool // pin keeps first what lets a kernel's tiles compute together, all of them
	Columns bool // a wave ends early if the next column of tiles does not fit it whole
}

// Load writes a tile into an array before its wave computes.
type Load struct {
	Array int
	Tile  int // of the wave's kernel

	Placed bool // it was in no array before
	Append bool // only the last column or row is written: the rest is there, or there is none
}

// Wave is a run of consecutive tiles of one kernel that compute together, each
// in an array of its own.
type Wave struct {
	Kernel int
	Input  int   // which input of the batch, for a dynamic kernel; else 0
	First  int   // first tile; of a kernel with copies, which are resident, 0
	Arrays []int // none: it is computed elsewhere
	Loads  []Load
}

// Planner emits pass after pass. Its state is what the arrays hold.
type Planner struct {
	chip     Chip
	kernels  []workload.Kernel
	grids    []Grid
	full     []Grid // of cached kernels: as large as they grow
	firstID  []int  // of each kernel's static or cached tiles
	demand   int
	cached   int // tiles of caches that are as large as they grow
	batch    int
	resident bool
	maxLoads int // of one wave

	holds []int   // tile id in each array, or nothing
	where []int   // array of each tile id, or nothing
	used  recency // arrays in the order of their last use
	spent recency // of those, the ones whose content is never used again
	next  int     // arrays that were never used
}

const nothing = -1

// MostWaves bounds what the plan of a pass takes in memory.
const MostWaves = 2_000_000

// NewPlanner plans kernels, cut by their grids, for a batch on a chip. The grids of
// kernels with a cache are of its largest size; see [Planner.Grow].
func NewPlanner(kernels []workload.Kernel, grids []Grid, chip Chip, batch int64) *Planner {
	p := &Planner{chip: chip, kernels: kernels, grids: grids, full: grids, batch: int(batch)}
	for k, grid := range grids {
		p.firstID = append(p.firstID, p.demand)
		if kernels[k].Dynamic {
			continue
		}
		p.demand += grid.Arrays()
	}
	for k, grid := range grids {
		if kernels[k].Cache != workload.NoCache {
			p.firstID[k] = p.demand + p.cached
			p.cached += p.batch * grid.Arrays()
		}
	}
	p.resident = Resident(kernels, grids, chip.Arrays)
	p.maxLoads = chip.Arrays
	switch {
	case chip.Overlap && chip.Policy == Pin && !p.resident:
		p.maxLoads = max(1, chip.Stream/2)
	case chip.Overlap:
		p.maxLoads = max(1, chip.Arrays/2)
	case chip.Policy == Pin && !p.resident:
		p.maxLoads = chip.Stream
	}
	p.holds = filled(chip.Arrays, nothing)
	p.where = filled(p.demand+p.cached, nothing)
	p.used.init(chip.Arrays)
	p.spent.init(chip.Arrays)
	return p
}

// Resident reports whether kernels, cut by their grids, leave every static tile
// in an array of its own, and one for tiles that are not static, if there are any.
func Resident(kernels []workload.Kernel, grids []Grid, arrays int) bool {
	demand, dynamic := 0, 0
	for k, grid := range grids {
		if kernels[k].Dynamic {
			dynamic = max(dynamic, min(1, grid.Arrays()))
			continue
		}
		if demand += grid.Arrays(); demand > arrays { // long before it wraps
			return false
		}
	}
	return demand+dynamic <= arrays
}

func filled(n, value int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = value
	}
	return s
}

// Demand is D.
func (p *Planner) Demand() int { return p.demand }

// Kept reports whether every static and every cached tile has an array, and nothing
// else needs one.
func (p *Planner) Kept() bool {
	for k, grid := range p.full {
		if p.kernels[k].Dynamic && p.kernels[k].Cache == workload.NoCache && grid.Arrays() > 0 {
			return false
		}
	}
	return p.resident && p.demand+p.cached <= p.chip.Arrays
}

// Grow says how large kernels with a cache are in the next passes.
func (p *Planner) Grow(grids []Grid) { p.grids = grids }

// Forget ends a session: what the arrays have of caches is never used again.
func (p *Planner) Forget() {
	for a, id := range p.holds {
		if id >= p.demand {
			p.place(nothing, a)
			p.spent.list(a, true)
		}
	}
}

// Resident reports whether every static tile stays.
func (p *Planner) Resident() bool { return p.resident }

// Preload, called before the first pass, places the tiles that will never
// leave, as waves without vectors: all static tiles when they are resident;
// under pin as many as fit beside those that stream. It errs when ctx is done.
func (p *Planner) Preload(ctx context.Context) ([]Wave, error) {
	keep := 0
	switch {
	case p.resident:
		keep = p.demand
	case p.chip.Policy == Pin:
		keep = max(0, p.chip.Arrays-p.chip.Stream)
	}
	var waves []Wave
	kept := p.keep(keep)
	for _, k := range p.mostVectors() {
		n := kept[k]
		if n == 0 {
			continue
		}
		w := Wave{Kernel: k}
		for tile := range n {
			if err := alive(ctx, tile); err != nil {
				return nil, err
			}
			a := p.next
			p.next++
			p.place(p.firstID[k]+tile, a)
			w.Arrays = append(w.Arrays, a)
			w.Loads = append(w.Loads, Load{Array: a, Tile: tile % p.grids[k].Tiles(), Placed: true})
		}
		waves = append(waves, w)
	}
	return waves, nil
}

// keep is how many tiles of each kernel stay, of so many in all: of the kernels with
// most vectors first, but before that, to widen waves, of each as many as do not go
// through the streaming arrays at once.
func (p *Planner) keep(all int) []int {
	kept := make([]int, len(p.kernels))
	take := func(beyond int) {
		for _, k := range p.mostVectors() {
			if n := min(p.grids[k].Arrays()-beyond-kept[k], all); n > 0 && !p.kernels[k].Dynamic {
				kept[k] += n
				all -= n
			}
		}
	}
	if p.chip.Widen && !p.resident {
		take(p.maxLoads)
	}
	take(0)
	return kept
}

// mostVectors orders kernels by what keeping their tiles saves where it makes
// waves wider: every wave sends each vector again.
func (p *Planner) mostVectors() []int {
	order := make([]int, len(p.kernels))
	for k := range order {
		order[k] = k
	}
	if !p.resident {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.kernels[b].L, p.kernels[a].L) })
	}
	return order
}

// alive looks at the context now and then: a search for an array may walk over
// all of them.
func alive(ctx context.Context, step int) error {
	if step%32 > 0 {
		return nil
	}
	return ctx.Err()
}

func (p *Planner) place(id, array int) {
	if old := p.holds[array]; old != nothing {
		p.where[old] = nothing
	}
	p.holds[array] = id
	if id != nothing {
		p.where[id] = array
	}
}

// pinned reports whether an array keeps its tile for good.
func (p *Planner) pinned(array int) bool {
	if p.resident {
		return array < p.demand
	}
	return p.chip.Policy == Pin && array < p.chip.Arrays-p.chip.Stream
}

// Pass plans the next batch through the whole model. It errs when ctx is done,
// and when there are more than [MostWaves] waves.
func (p *Planner) Pass(ctx context.Context) (waves []Wave, err error) {
	return p.PassOf(ctx, func(int) bool { return true })
}

// PassOf plans some of the kernels. Those that are left out must have nothing but
// tiles that are resident.
func (p *Planner) PassOf(ctx context.Context, some func(kernel int) bool) (waves []Wave, err error) {
	for k := range p.kernels {
		if !some(k) {
			continue
		}
		inputs := 1
		if p.kernels[k].Dynamic {
			inputs = p.batch
		}
		for input := range inputs {
			if waves, err = p.kernel(ctx, waves, k, input); err != nil {
				return nil, err
			}
			if len(waves) > MostWaves {
				return nil, fmt.Errorf("kernel %s brings a pass to more than %d waves of tiles: too many tiles for so few arrays", p.kernels[k].Name, MostWaves)
			}
		}
	}
	return waves, nil
}

// kernel uses a kernel's tiles one after the other. A wave ends where a tile
// needs an array that the wave already computes on.
func (p *Planner) kernel(ctx context.Context, waves []Wave, k, input int) ([]Wave, error) {
	in := map[int]bool{}
	wave := Wave{Kernel: k, Input: input}
	flush := func(next int) {
		if len(wave.Arrays) > 0 {
			waves = append(waves, wave)
		}
		wave = Wave{Kernel: k, Input: input, First: next}
		clear(in)
	}
	if p.grids[k].Arrays() == 0 {
		return append(waves, wave), nil
	}
	for tile := range p.grids[k].Arrays() {
		if len(waves) > MostWaves {
			break
		}
		if err := alive(ctx, tile); err != nil {
			return nil, err
		}
		id := p.id(k, input, tile)
		array, hit := p.find(id)
		load := Load{Array: array, Tile: tile % p.grids[k].Tiles(), Placed: !hit}
		grown := false
		if by := p.kernels[k].Cache; by != workload.NoCache {
			var alone bool
			grown, alone = p.grids[k].Grown(tile, by)
			load.Append = grown && (hit || alone)
		}
		written := !hit || grown
		if in[array] || written && len(wave.Loads) == p.maxLoads || p.chip.Columns && p.cuts(&wave, k, input, tile) {
			flush(tile)
		}
		if !hit {
			p.place(id, array)
		}
		if written {
			wave.Loads = append(wave.Loads, load)
		}
		if !p.pinned(array) {
			p.used.touch(array)
			p.spent.list(array, id == nothing)
		}
		in[array] = true
		wave.Arrays = append(wave.Arrays, array)
	}
	flush(0)
	return waves, nil
}

// cuts reports whether a column of tiles begins that would not fit the wave whole: sums
// of a part of it go to the global buffer and back. One that fits no wave is not waited
// with.
func (p *Planner) cuts(w *Wave, k, input, tile int) bool {
	rows := p.grids[k].RowTiles
	if len(w.Arrays) == 0 || tile%rows > 0 {
		return false
	}
	missing, loose := 0, 0 // what is loaded may take the place of what is there
	for i := range rows {
		id := p.id(k, input, tile+i)
		if id == nothing || p.where[id] == nothing {
			missing++
		}
		if id == nothing || p.where[id] == nothing || !p.pinned(p.where[id]) {
			loose++
		}
	}
	return missing > 0 && loose <= p.maxLoads && loose > min(p.maxLoads-len(w.Loads), p.chip.Arrays-len(w.Arrays))
}

// id names a tile that may be used again.
func (p *Planner) id(k, input, tile int) int {
	switch {
	case p.kernels[k].Cache != workload.NoCache:
		full := &p.full[k]
		return p.firstID[k] + input*full.Tiles() + p.grids[k].In(full, tile)
	case p.kernels[k].Dynamic:
		return nothing
	}
	return p.firstID[k] + tile
}

// find is the array that holds a tile, or the one to load it into.
func (p *Planner) find(id int) (array int, hit bool) {
	if id != nothing && p.where[id] != nothing {
		return p.where[id], true
	}
	if p.next < p.chip.Arrays {
		p.next++
		return p.next - 1, false
	}
	if p.chip.Policy == Optimal {
		return p.furthest(), false
	}
	return p.used.oldest(), false
}

// furthest is Belady's choice. An array whose content is never used again (a
// dynamic tile) comes first, the longest unused of them so that waves stay
// wide; among static tiles, used in a cycle, the one used last is used again
// latest.
func (p *Planner) furthest() int {
	if a := p.spent.oldest(); a != nothing {
		return a
	}
	return p.used.newest()
}

// recency is a doubly linked list of arrays, oldest use first.
type recency struct {
	prev, next []int
	head, tail int
	listed     []bool
}

func (r *recency) init(n int) {
	r.prev, r.next = filled(n, nothing), filled(n, nothing)
	r.head, r.tail = nothing, nothing
	r.listed = make([]bool, n)
}

func (r *recency) oldest() int { return r.head }
func (r *recency) newest() int { return r.tail }

func (r *recency) touch(a int) {
	if r.tail == a {
		return
	}
	if r.listed[a] {
		r.unlink(a)
	}
	r.listed[a] = true
	r.prev[a], r.next[a] = r.tail, nothing
	if r.tail != nothing {
		r.next[r.tail] = a
	} else {
		r.head = a
	}
	r.tail = a
}

// list puts an array last, or takes it off.
func (r *recency) list(a int, on bool) {
	switch {
	case on:
		r.touch(a)
	case r.listed[a]:
		r.unlink(a)
		r.listed[a] = false
	}
}

func (r *recency) unlink(a int) {
	if r.prev[a] != nothing {
		r.next[r.prev[a]] = r.next[a]
	} else {
		r.head = r.next[a]
	}
	if r.next[a] != nothing {
		r.prev[r.next[a]] = r.prev[a]
	} else {
		r.tail = r.prev[a]
	}
}

// State is the tiles in the arrays, longest unused first: all that later loads
// depend on. Loads repeat when it comes round; which array holds a tile, and so
// what crosses between tiles of the chip, may differ.
func (p *Planner) State() []int {
	var tiles []int
	for a := p.used.oldest(); a != nothing; a = p.used.next[a] {
		tiles = append(tiles, p.holds[a])
	}
	return tiles
}
