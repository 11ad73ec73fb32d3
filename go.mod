module greenroom

go 1.26

require (
	github.com/cavaliergopher/grab/v3 v3.0.1 // indirect
	github.com/spf13/pflag v1.1.0 // indirect
)
