// Package filestat reads what shows that a file was changed, also by a program that restores
// the modification time: its size, both times and its number.
package filestat

// Stat is what a file looks like. Two equal values of one file mean equal content, unless it
// was written twice within one tick of the file system's clock.
type Stat struct {
	Size       int64  // bytes
	ModTime    int64  // nanoseconds since 1970
	ChangeTime int64  // nanoseconds; no program can set it. 0 where the system has none
	Inode      uint64 // 0 where the system has none
	Regular    bool   // not a folder, link or device
}

// Token is one number for everything but the size: the FNV-1a hash of both times and the
// inode. It is stable between processes.
func (s Stat) Token() uint64 {
	h := uint64(offset64)
	for _, v := range [...]uint64{uint64(s.ModTime), uint64(s.ChangeTime), s.Inode} {
		h = Mix(h, v)
	}
	return h
}

// Parameters of the 64-bit FNV-1a hash.
const (
	offset64 = 14695981039346656037
	prime64  = 1099511628211
)

// Mix adds a number to a hash.
func Mix(h, v uint64) uint64 {
	for range 8 {
		h = (h ^ v&0xff) * prime64
		v >>= 8
	}
	return h
}
