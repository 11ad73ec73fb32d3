package fault

// Unique returns the list without faults that repeat the place, clip and message of an earlier one, as several formats
// of one composition do.
func (l List) Unique() List {
	seen := map[string]bool{}
	var out List
	for _, e := range l {
		key := e.Place.String() + e.Clip + e.Msg
		if !seen[key] {
			out = append(out, e)
		}
		seen[key] = true
	}
	return out
}
