package netfs

import "syscall"

var kinds = map[string]string{
	"nfs": "NFS", "smbfs": "SMB", "afpfs": "AFP", "webdav": "WebDAV", "ftp": "FTP", "cifs": "SMB",
	"macfuse": "FUSE", "osxfuse": "FUSE", "fusefs": "FUSE", "acfs": "Xsan",
}

func name(dir string) string {
	var st syscall.Statfs_t
	if syscall.Statfs(dir, &st) != nil {
		return ""
	}
	var kind []byte
	for _, c := range st.Fstypename {
		if c == 0 {
			break
		}
		kind = append(kind, byte(c))
	}
	return kinds[string(kind)]
}
