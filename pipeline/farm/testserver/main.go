// Command testserver is a Temporal server for tests and for make farm-demo: every service in one process, on loopback,
// with SQLite. It is a module of its own, because the server's dependencies are larger than everything else here.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	tlog "go.temporal.io/server/common/log"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

const (
	loopback    = "127.0.0.1"
	clusterName = "active"
)

func main() {
	port := flag.Int("port", 7233, "the port of the server")
	file := flag.String("db", "", "keep the state in this file; without it, the state is in memory")
	namespace := flag.String("namespace", "default", "the namespace to create")
	flag.Parse()
	if err := run(*port, *file, *namespace); err != nil {
		log.Fatal(err)
	}
}

func run(port int, file, namespace string) error {
	c, err := configuration(port, file)
	if err != nil {
		return err
	}
	sql := c.Persistence.DataStores[sqliteplugin.PluginName].SQL
	if file != "" {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			if err := sqlite.SetupSchema(sql); err != nil {
				return err
			}
		}
	}
	n, err := sqlite.NewNamespaceConfig(clusterName, namespace, false, nil)
	if err == nil {
		err = sqlite.CreateNamespaces(sql, n)
	}
	if err != nil {
		return fmt.Errorf("create namespace %s: %w", namespace, err)
	}
	s, err := temporal.NewServer(
		temporal.WithConfig(c),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithLogger(tlog.NewNoopLogger()),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithDynamicConfigClient(dynamicconfig.StaticClient{
			dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): []dynamicconfig.ConstrainedValue{{Value: true}},
		}),
		temporal.InterruptOn(temporal.InterruptCh()),
	)
	if err != nil {
		return err
	}
	fmt.Printf("testserver: %s:%d\n", loopback, port)
	return s.Start()
}

// configuration is that of Temporal's own development server, as far as it is needed.
func configuration(port int, file string) (*config.Config, error) {
	ports, err := free(8)
	if err != nil {
		return nil, err
	}
	service := func(grpc, membership int) config.Service {
		return config.Service{RPC: config.RPC{GRPCPort: grpc, MembershipPort: membership, BindOnIP: loopback}}
	}
	db := &config.SQL{PluginName: sqliteplugin.PluginName, ConnectAttributes: map[string]string{"mode": "rwc"},
		DatabaseName: file}
	if file == "" {
		db.ConnectAttributes = map[string]string{"mode": "memory", "cache": "shared"}
		db.DatabaseName = "greenroom-testserver"
	}
	address := fmt.Sprintf("%s:%d", loopback, port)
	var c config.Config
	c.Global.Membership = config.Membership{MaxJoinDuration: 30e9, BroadcastAddress: loopback}
	c.Persistence = config.Persistence{
		DefaultStore: sqliteplugin.PluginName, VisibilityStore: sqliteplugin.PluginName, NumHistoryShards: 1,
		DataStores: map[string]config.DataStore{sqliteplugin.PluginName: {SQL: db}},
	}
	c.ClusterMetadata = &cluster.Config{
		FailoverVersionIncrement: 10, MasterClusterName: clusterName, CurrentClusterName: clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{
			clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address},
		},
	}
	c.DCRedirectionPolicy.Policy = "noop"
	c.Services = map[string]config.Service{
		"frontend": service(port, ports[0]), "history": service(ports[1], ports[2]),
		"matching": service(ports[3], ports[4]), "worker": service(ports[5], ports[6]),
	}
	c.Archival.History.State, c.Archival.Visibility.State = "disabled", "disabled"
	c.NamespaceDefaults.Archival.History.State = "disabled"
	c.NamespaceDefaults.Archival.Visibility.State = "disabled"
	c.PublicClient.HostPort = address
	return &c, nil
}

// free returns ports that are not used now.
func free(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", loopback+":0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
