package analog

import (
	"fmt"
	"maps"
	"slices"

	"xbar/sim"
)

// tileUnits is what every tile has one of. Copies and kernels that meet in a tile
// share its; a kernel alone has those of all its tiles for itself, and waits for the
// one that has most to do.
type tileUnits struct {
	engine *sim.Engine
	name   string
	alone  *sim.Resource
	tiles  map[int]*sim.Resource // where several lanes may meet
}

func newTileUnits(e *sim.Engine, name string) tileUnits {
	return tileUnits{e, name, e.NewResource(name, 1), map[int]*sim.Resource{}}
}

// of is the one of a tile, or that of the kernel that is alone.
func (u *tileUnits) of(tile int, alone bool) *sim.Resource {
	if alone {
		return u.alone
	}
	r := u.tiles[tile]
	if r == nil {
		r = u.engine.NewResource(fmt.Sprintf("tile%d/%s", tile, u.name), 1)
		u.tiles[tile] = r
	}
	return r
}

// all lists those of tiles, in their order.
func (u *tileUnits) all() (all []*sim.Resource) {
	for _, tile := range slices.Sorted(maps.Keys(u.tiles)) {
		all = append(all, u.tiles[tile])
	}
	return all
}
