package media

// cueIndex compares a file's index (Cues) with its clusters.
type cueIndex struct {
	clusters, cues []int64 // positions of clusters, and those that the index names, from the start of the segment
	promised       bool    // a table of contents names an index
	damaged        bool    // it is there and cannot be read
	full           bool    // too many to compare
}

// maxCues bounds memory: an index of a day has fewer.
const maxCues = 100_000

func (c *cueIndex) cluster(at int64) {
	if len(c.clusters) >= maxCues {
		c.full = true
		return
	}
	c.clusters = append(c.clusters, at)
}

// cues reads the index. Damage in it costs no picture: it is a finding, not an error.
func (w *walk) cues(el element) {
	c := &w.s.index
	err := w.each(el.pos, el.end, func(point element) error {
		if point.id != idCuePoint {
			c.damaged = c.damaged || point.id != idVoid && point.id != idCRC
			return nil
		}
		return w.each(point.pos, point.end, func(p element) error {
			if p.id != idCuePositions {
				return nil
			}
			return w.each(p.pos, p.end, func(v element) error {
				switch {
				case v.id != idCueCluster:
				case len(c.cues) >= maxCues:
					c.full = true
				default:
					c.cues = append(c.cues, int64(w.uint(v)))
				}
				return nil
			})
		})
	})
	c.damaged = c.damaged || err != nil || len(c.cues) == 0
}

// seekHead reads the table of contents.
func (w *walk) seekHead(el element) {
	_ = w.each(el.pos, el.end, func(entry element) error {
		if entry.id != idSeekEntry {
			return nil
		}
		return w.each(entry.pos, entry.end, func(v element) error {
			w.s.index.promised = w.s.index.promised || v.id == idSeekID && w.uint(v) == idCues
			return nil
		})
	})
}

// problem returns what is wrong with the index, empty when nothing is.
func (s *WebMScan) indexProblem() string {
	c := s.index
	switch {
	case s.NoCues && c.promised:
		return "the index that the file announces is missing"
	case s.NoCues:
		return "no index"
	case c.damaged:
		return "the index is damaged"
	case c.full:
		return ""
	}
	there := map[int64]bool{}
	for _, at := range c.clusters {
		there[at] = true
	}
	for _, at := range c.cues {
		if !there[at] {
			return "the index points to places where nothing begins"
		}
	}
	return ""
}
