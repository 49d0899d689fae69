// Part of newer.sh's build. apiextensions-apiserver passes what it doesn't serve itself (/api and the core's groups) to the kube-apiserver that its --kubeconfig names, and lists that server's groups
// with its own, so that the two look like one cluster. They share an etcd, so their revisions are of one counter.
package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"

	discovery "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func core(o *options.CustomResourceDefinitionsServerOptions) (*url.URL, http.RoundTripper) {
	config, err := clientcmd.BuildConfigFromFlags("", o.RecommendedOptions.CoreAPI.CoreAPIKubeconfigPath)
	if err != nil {
		panic(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		panic(err)
	}
	host, err := url.Parse(config.Host)
	if err != nil {
		panic(err)
	}
	return host, transport
}

func coreDelegate(o *options.CustomResourceDefinitionsServerOptions) genericapiserver.DelegationTarget {
	host, transport := core(o)
	proxy := httputil.NewSingleHostReverseProxy(host)
	proxy.Transport = transport
	proxy.FlushInterval = -1
	return genericapiserver.NewEmptyDelegateWithCustomHandler(proxy)
}

func withCoreGroups(config *apiserver.Config, o *options.CustomResourceDefinitionsServerOptions) *apiserver.Config {
	host, transport := core(o)
	build := config.GenericConfig.BuildHandlerChainFunc
	config.GenericConfig.BuildHandlerChainFunc = func(inner http.Handler, c *genericapiserver.Config) http.Handler {
		chain := build(inner, c)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/apis" {
				chain.ServeHTTP(w, r)
				return
			}
			// The groups of custom resources are in aggregated discovery only, which the core may not have: what is answered is the plain list.
			own := r.Clone(r.Context())
			own.Header.Set("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
			own.Header.Del("Accept-Encoding")
			answer := httptest.NewRecorder()
			chain.ServeHTTP(answer, own)
			var custom discovery.APIGroupDiscoveryList
			var groups metav1.APIGroupList
			if answer.Code != http.StatusOK || json.Unmarshal(answer.Body.Bytes(), &custom) != nil || coreGroups(host, transport, &groups) != nil {
				http.Error(w, "the groups can't be listed", http.StatusBadGateway)
				return
			}
			listed := map[string]int{}
			for i, group := range groups.Groups {
				listed[group.Name] = i
			}
			for _, group := range custom.Items {
				if i, ok := listed[group.Name]; ok {
					groups.Groups[i] = plain(group)
				} else {
					groups.Groups = append(groups.Groups, plain(group))
				}
			}
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(groups)
		})
	}
	return config
}

func plain(group discovery.APIGroupDiscovery) metav1.APIGroup {
	result := metav1.APIGroup{Name: group.Name}
	for _, version := range group.Versions {
		result.Versions = append(result.Versions, metav1.GroupVersionForDiscovery{GroupVersion: group.Name + "/" + version.Version, Version: version.Version})
	}
	result.PreferredVersion = result.Versions[0]
	return result
}

func coreGroups(host *url.URL, transport http.RoundTripper, groups *metav1.APIGroupList) error {
	answer, err := (&http.Client{Transport: transport}).Get(host.JoinPath("apis").String())
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(groups)
}
