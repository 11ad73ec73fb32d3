package watch

import (
	"fmt"
	"syscall"
)

// quietSystems are file systems whose events tell of this machine's own changes alone, or
// of none: someone else's save, or one from outside a virtual machine, is not told. The
// numbers are those of statfs(2).
var quietSystems = map[int64]string{
	0x6969: "NFS", 0x517B: "SMB", 0xFE534D42: "SMB", 0xFF534D42: "SMB", 0x65735546: "FUSE", 0x01021997: "9P",
	0x00C36400: "Ceph", 0x5346414F: "AFS", 0x73757245: "Coda", 0x564C: "NCP", 0x0BD00BD0: "Lustre", 0x47504653: "GPFS", 0x786F4256: "VirtualBox's shared folders", 0xBACBACBC: "VMware's shared folders",
}

// fileSystem names the file system of a folder when it is one that cannot be listened to.
var fileSystem = func(dir string) string {
	var st syscall.Statfs_t
	if syscall.Statfs(dir, &st) != nil {
		return ""
	}
	return quietSystems[int64(st.Type)&0xFFFFFFFF]
}

// deaf gives the reason why this folder's events are not worth waiting for.
func (f *files) deaf() error {
	if name := fileSystem(f.root); name != "" {
		return fmt.Errorf("this folder is on %s, where saves from elsewhere make no events", name)
	}
	return nil
}
