package analog

import (
	"fmt"
	"slices"

	"xbar/digital/network"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// A vector's stages on the network. Within an inference, partial sums and outputs go
// before inputs.
const (
	toTiles = iota
	betweenTiles
	toBuffer
	allTrips

	toArray // a row of weights
)

// stageKey orders what waits for the network.
func (l *line) stageKey(stage int, v int64) uint64 {
	switch stage {
	case toTiles:
		return l.key(inputs, v)
	case betweenTiles:
		return l.key(results, v)
	}
	return l.key(results, v) | 1
}

// carry takes a vector's bits of a stage over the network. It reports whether there is
// an event to wait for.
func (c *Chip) carry(n *lane, v int64, stage int, bits int64) bool {
	c.bookTrip(&n.wave, stage, bits)
	then := [...]int32{toTiles: evDelivered, betweenTiles: evPartials, toBuffer: evSent}[stage]
	if c.hops != nil {
		return c.hops.carry(n, v, stage, then)
	}
	busy := c.networkLink.Cycles(bits)
	if busy > 0 {
		c.network.Request(n.line.stageKey(stage, v), busy, c.self, then, v, n.line.index)
	}
	return busy > 0
}

func (c *Chip) bookTrip(w *wave, stage int, bits int64) {
	if c.hops == nil {
		c.ledger.Add(w.phase, c.accounts.transfer[0], bits)
		return
	}
	t := &w.trips[stage]
	for level, bits := range t.moved {
		c.ledger.Add(w.phase, c.accounts.transfer[level], bits)
	}
	c.ledger.Add(w.phase, c.accounts.flit, t.flits)
}

// hops is a network of hops, on which what moves goes as messages.
type hops struct {
	chip    *Chip
	fabric  *network.Fabric
	vectors *network.Traffic // of the lines at work
	weights *network.Traffic
	parcels map[parcel]*trip
	router  sim.Cycle
	before  map[network.Link]sim.Cycle // busy before the measured passes
	sets    map[string]int             // scratch
	name    []byte                     // scratch
	route   []network.Link             // scratch
}

// trip is a stage's messages, and what they do on their way.
type trip struct {
	messages []network.Message
	ends     int       // of all messages, where links take time
	latency  sim.Cycle // of all, where nothing waits
	moved    []int64   // bits over links, by level
	flits    int64     // over links
	busy     sim.Cycle // of links
}

// parcel is so many bits of weights to a tile.
type parcel struct {
	tile int
	bits int64
}

func (c *Chip) newHops(values *workload.Values) error {
	n := &c.machine.Network
	h := &hops{chip: c, parcels: map[parcel]*trip{}, before: map[network.Link]sim.Cycle{}, sets: map[string]int{}}
	h.router = c.timings.cycles("network.router_latency", n.RouterLatency)
	if err := c.timings.failed; err != nil {
		return err
	}
	if _, err := countable(c.networkLink.Cycles(int64(n.Flit)), nil); err != nil {
		return fmt.Errorf("network.flit over network.bandwidth with this clock: %w", err)
	}
	h.fabric = network.NewFabric(c.engine, n.Graph(c.machine.Chip.Tiles), c.networkLink, int64(n.Flit), h.router)
	h.vectors = h.fabric.NewTraffic("network", h)
	h.weights = h.fabric.NewTraffic("network/weights", h)
	c.hops = h
	for k := range c.specs {
		if kernel := &c.specs[k].kernel; c.beside(kernel, values)*float64(h.fabric.Furthest()) > mostCounts/4 {
			return fmt.Errorf("kernel %s: operations, operands and results beside the products bring all passes to more steps and bits over links than can be counted", kernel.Name)
		}
	}
	return nil
}

// Key orders messages as the bus does transfers.
func (h *hops) Key(class int32, a, b int64) uint64 {
	if class == toArray {
		return loadKey(int(a), b)
	}
	return h.chip.lines[b].stageKey(int(class), a)
}

// Arrived hears of one of the ends of a stage's messages. The last of their tails ends
// the stage.
func (h *hops) Arrived(class int32, a, b int64, after sim.Cycle) error {
	c := h.chip
	if class == toArray {
		c.engine.Schedule(after, c.self, evRowArrived, a, b)
		return nil
	}
	l := &c.lines[b]
	n := &l.lanes[a%int64(len(l.lanes))]
	s := n.slot(n.local(a))
	s.there = max(s.there, c.engine.Now()+after)
	if s.ends--; s.ends == 0 {
		c.engine.Schedule(s.there-c.engine.Now(), c.self, s.then, a, b)
	}
	return nil
}

func (h *hops) carry(n *lane, v int64, stage int, then int32) bool {
	t := &n.trips[stage]
	if t.ends == 0 {
		if t.latency > 0 {
			h.chip.engine.Schedule(t.latency, h.chip.self, then, v, n.line.index)
		}
		return t.latency > 0
	}
	s := n.slot(n.local(v))
	s.ends, s.there, s.then = t.ends, 0, then
	for i := range t.messages {
		h.vectors.Send(&t.messages[i], v, n.line.index)
	}
	return true
}

// carryRow takes a row of weights to its array. It reports whether there is an event
// to wait for.
func (c *Chip) carryRow(i int, row int64) bool {
	l := &c.loads[i]
	bits := l.at(row).bits
	if c.hops == nil {
		n := c.networkLink.Cycles(bits)
		if n > 0 {
			c.network.Request(loadKey(i, row), n, c.self, evRowArrived, int64(i), row)
		}
		return n > 0
	}
	t := c.hops.parcel(l.array/c.machine.Chip.ArraysPerTile, bits)
	switch {
	case t.ends > 0:
		c.hops.weights.Send(&t.messages[0], int64(i), row)
	case t.latency > 0:
		c.engine.Schedule(t.latency, c.self, evRowArrived, int64(i), row)
	}
	return t.ends > 0 || t.latency > 0
}

// instant reports whether rows of weights take no time to their arrays.
func (c *Chip) instant() bool {
	return c.dramLink.Unlimited() && c.networkLink.Unlimited() && (c.hops == nil || c.hops.router == 0)
}

// bookWeights charges the way of a load's rows over the network.
func (c *Chip) bookWeights(w *planned, l *load) {
	a := &c.accounts
	if c.hops == nil {
		c.ledger.Add(w.phase, a.transferWeights[0], l.bits())
		return
	}
	tile := l.array / c.machine.Chip.ArraysPerTile
	for _, r := range l.parts() {
		t := c.hops.parcel(tile, r.row.bits)
		for level, bits := range t.moved {
			c.ledger.Add(w.phase, a.transferWeights[level], r.n*bits)
		}
		c.ledger.Add(w.phase, a.flitWeights, r.n*t.flits)
	}
}

// parcel is the way of so many bits of weights to a tile, found once.
func (h *hops) parcel(tile int, bits int64) *trip {
	p := parcel{tile, bits}
	t, known := h.parcels[p]
	if !known {
		t = &trip{}
		t.add(h, h.weights, toArray, network.Buffer, []int{tile}, bits)
		h.parcels[p] = t
	}
	return t
}

// add lays a message.
func (t *trip) add(h *hops, traffic *network.Traffic, class int32, from int, to []int, bits int64) {
	if bits == 0 {
		return
	}
	if t.moved == nil {
		t.moved = make([]int64, h.fabric.Levels())
	}
	m := traffic.Lay(class, from, to, bits, func(l network.Link) { t.moved[h.fabric.Level(l)] += bits })
	t.messages = append(t.messages, m)
	t.ends += m.Ends
	t.latency = max(t.latency, m.Latency)
	t.flits += int64(m.Hops) * h.fabric.Flits(bits)
	t.busy = plus(t.busy, times(int64(m.Hops), plus(h.fabric.Cycles(bits), h.fabric.Hop())))
}

func (t *trip) reset() {
	clear(t.moved)
	*t = trip{messages: t.messages[:0], moved: t.moved}
}

// lay finds the ways of the messages of a wave's vectors: what several tiles need of the inputs
// is one message to all of them, what one tile sends another, or the buffer, is one.
func (h *hops) lay(w *wave) {
	for i := range w.trips {
		w.trips[i].reset()
	}
	h.routeInputs(w)
	h.routeSums(w)
}

// multicast is bits that go to a set of tiles.
type multicast struct {
	tiles []int
	bits  int64
}

func (h *hops) routeInputs(w *wave) {
	perTile := h.chip.machine.Chip.ArraysPerTile
	rows := map[int][]int{} // tiles, in order, of each row tile
	var order []int
	for i, a := range w.arrays {
		r, _ := w.spec.grid.Place(w.plan.First + i)
		tiles, known := rows[r]
		if !known {
			order = append(order, r)
		}
		if at, found := slices.BinarySearch(tiles, a/perTile); !found {
			rows[r] = slices.Insert(tiles, at, a/perTile)
		}
	}
	var sets []multicast
	clear(h.sets)
	for _, r := range order {
		h.name = h.name[:0]
		for _, tile := range rows[r] {
			h.name = fmt.Appendf(h.name, "%d,", tile)
		}
		i, known := h.sets[string(h.name)]
		if !known {
			i = len(sets)
			h.sets[string(h.name)] = i
			sets = append(sets, multicast{tiles: rows[r]})
		}
		sets[i].bits += int64(w.spec.grid.RowsOf(r)) * int64(w.spec.kernel.InputBits)
	}
	for _, s := range sets {
		w.trips[toTiles].add(h, h.vectors, toTiles, network.Buffer, s.tiles, s.bits)
	}
}

// routeSums lays what column tiles move: old sums to the tile that goes on with them,
// sums of other tiles to it, and what it makes of them to the buffer.
func (h *hops) routeSums(w *wave) {
	var old, between, out sums
	perTile := h.chip.machine.Chip.ArraysPerTile
	for from := 0; from < len(w.arrays); {
		to := w.endOfColumn(from)
		s := w.column(from, to)
		home := w.arrays[from] / perTile
		old.add(network.Buffer, home, s.old)
		out.add(home, network.Buffer, s.out+s.part)
		added := map[int]bool{home: true}
		for _, a := range w.arrays[from:to] {
			if tile := a / perTile; !added[tile] {
				added[tile] = true
				between.add(tile, home, s.each)
			}
		}
		from = to
	}
	for stage, all := range [...]sums{toTiles: old, betweenTiles: between, toBuffer: out} {
		for i, p := range all.pairs {
			w.trips[stage].add(h, h.vectors, int32(stage), p.from, []int{p.to}, all.bits[i])
		}
	}
}

// sums is bits from one end to another, in the order in which they came.
type sums struct {
	pairs []pair
	bits  []int64
	at    map[pair]int
}

type pair struct{ from, to int }

func (s *sums) add(from, to int, bits int64) {
	p := pair{from, to}
	i, known := s.at[p]
	if !known {
		if s.at == nil {
			s.at = map[pair]int{}
		}
		i = len(s.pairs)
		s.at[p] = i
		s.pairs, s.bits = append(s.pairs, p), append(s.bits, 0)
	}
	s.bits[i] += bits
}

// openNetwork opens what a bit costs on its way.
func (c *Chip) openNetwork() {
	m, a := c.machine, &c.accounts
	const data, weights = "a bit between global buffer and tiles, or of a partial sum between tiles", "a bit of a weight that is loaded"
	if c.hops == nil {
		transfer := c.scaled("network", m.Network.Transfer())
		a.transfer = append(a.transfer, c.open("network", "transfer", energy.Network, data, transfer))
		a.transferWeights = append(a.transferWeights, c.open("network", "transfer weights", energy.Programming, weights, transfer))
		return
	}
	for level := range c.hops.fabric.Levels() {
		action, where := c.hops.fabric.Action(level), ", over a router and a link"
		if level > 0 {
			where += fmt.Sprintf(" whose lower end is %d links from a tile", level)
		}
		hop := c.scaled("network", m.Network.Hop(c.hops.fabric.Length(level)))
		a.transfer = append(a.transfer, c.open("network", action, energy.Network, data+where, hop))
		a.transferWeights = append(a.transferWeights, c.open("network", action+" weights", energy.Programming, weights+where, hop))
	}
	flit := model.Figure{Name: "energy of a flit beside that of its bits", Equation: "0", Unit: "J"}
	a.flit = c.open("network", "flit", energy.Network, "a flit of a message, over a router and a link", flit)
	a.flitWeights = c.open("network", "flit weights", energy.Programming, "a flit of a row of weights, over a router and a link", flit)
}

// networkBusy is the time of a bus; links have theirs.
func (c *Chip) networkBusy() func() sim.Cycle {
	if c.hops != nil {
		return nil
	}
	return busyOf(c.network, c.networkLink)
}

// busy is that of all links together.
func (h *hops) busy() func() sim.Cycle {
	if h.chip.networkLink.Unlimited() {
		return nil
	}
	return func() (sum sim.Cycle) {
		for _, l := range h.fabric.Used() {
			sum += h.fabric.Resource(l).BusyCycles()
		}
		return sum
	}
}

// mark notes what links did before the measured passes.
func (h *hops) mark() {
	for _, l := range h.fabric.Used() {
		h.before[l] = h.fabric.Resource(l).BusyCycles()
	}
}

// busiest is the link that is busy for the largest part of the measured passes.
func (h *hops) busiest() (most network.Link, share float64, ok bool) {
	for _, l := range h.fabric.Used() {
		r := h.fabric.Resource(l)
		busy := r.BusyCycles() - h.before[l]
		if h.chip.flow.on {
			busy = h.chip.flow.busy[r]
		}
		if s := float64(busy) / float64(max(1, h.chip.measured.Cycles)); !ok || s > share {
			most, share, ok = l, s, true
		}
	}
	return most, min(1, share), ok
}

// bookBeside charges the way of the numbers beside a kernel's products, in and out:
// shared out among the tiles that its outputs come from.
func (c *Chip) bookBeside(k int, in, out int64) {
	phase := c.KernelPhase(k)
	if c.hops == nil {
		c.ledger.Add(phase, c.accounts.transfer[0], in+out)
		return
	}
	h := c.hops
	tiles := c.tilesOf(k)
	for i, tile := range tiles {
		for _, way := range []struct {
			bits     int64
			from, to int
		}{{in, network.Buffer, tile}, {out, tile, network.Buffer}} {
			n, of := way.bits/int64(len(tiles)), way.bits%int64(len(tiles))
			if int64(i) < of {
				n++
			}
			h.route = h.fabric.Route(h.route[:0], way.from, way.to)
			for _, l := range h.route {
				c.ledger.Add(phase, c.accounts.transfer[h.fabric.Level(l)], n)
			}
			c.ledger.Add(phase, c.accounts.flit, int64(len(h.route))*h.fabric.Flits(n))
		}
	}
}

// tilesOf is the tiles in which a kernel's arrays are, in the last of the measured
// passes; all tiles have a share of what is beside one that has none.
func (c *Chip) tilesOf(k int) (tiles []int) {
	for i := len(c.waves) - 1; i >= 0 && len(tiles) == 0; i-- {
		if p := c.waves[i].plan; p.Kernel == k {
			for _, a := range p.Arrays {
				tiles = append(tiles, a/c.machine.Chip.ArraysPerTile)
			}
		}
	}
	if c.specs[k].digital {
		for tile := range c.machine.Chip.Tiles {
			tiles = append(tiles, tile)
		}
	}
	slices.Sort(tiles)
	return slices.Compact(tiles)
}

// loss is what rounding a router's latency costs a vector, in seconds: at every hop of
// the longest way of each stage.
func (h *hops) loss(w *wave) (seconds float64) {
	if h == nil || h.fabric.Hop() == 0 {
		return 0
	}
	for i := range w.trips {
		seconds += h.chip.timings.lost["network.router_latency"] * float64(w.trips[i].latency) / float64(h.fabric.Hop())
	}
	return seconds
}

// flitTime is that of a flit on a link.
func (h *hops) flitTime() Time {
	n := &h.chip.machine.Network
	f := model.Figure{
		Name: "time of a flit on a link", Equation: "τ = {w}/{B}", Value: float64(n.Flit) / float64(n.Bandwidth), Unit: "s",
		Inputs: []model.Input{
			{Symbol: "w", Value: float64(n.Flit), Unit: "bit", Key: "flit"},
			{Symbol: "B", Value: float64(n.Bandwidth), Unit: "bit/s", Key: "bandwidth"},
		},
	}
	return Time{"network/link", f.Under("network"), h.fabric.Hop() - h.router}
}

// Routes says of a network of hops what it looks like and which link is busiest.
func (c *Chip) Routes() (notes []string) {
	if c.hops == nil {
		return nil
	}
	g := c.hops.fabric.Graph
	notes = append(notes, g.String())
	if l, share, ok := c.hops.busiest(); ok {
		notes = append(notes, fmt.Sprintf("the busiest of %d links, from %s, passes flits for %.3g %% of the time", g.Wires(), g.Name(l), 100*share))
	}
	return notes
}
