namespace Holdfast.Restore.Tests.Rules;

public sealed class PodRulesTests
{
    [Fact]
    public void A_pod_that_nothing_makes_again_comes_back_free_of_what_its_node_and_admission_gave_it() =>
        RuleCase.Same(
            """
            apiVersion: v1
            kind: Pod
            metadata: { name: debug, namespace: shop, annotations: { team: blue } }
            spec:
              serviceAccountName: runner
              priorityClassName: high
              initContainers: [{ name: init, image: busybox, volumeMounts: [{ name: data, mountPath: /data }] }]
              containers: [{ name: main, image: busybox }]
              volumes: [{ name: data, emptyDir: {} }]
            """,
            RuleCase.Body(
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: debug
                  namespace: shop
                  annotations:
                    team: blue
                    k8s.ovn.org/pod-networks: '{"default":{}}'
                    cni.projectcalico.org/podIP: 10.1.2.3/32
                    cni.projectcalico.org/containerID: abc
                spec:
                  nodeName: n1
                  priority: 1000
                  preemptionPolicy: PreemptLowerPriority
                  priorityClassName: high
                  serviceAccountName: runner
                  ephemeralContainers: [{ name: debugger, image: busybox }]
                  initContainers:
                  - name: init
                    image: busybox
                    volumeMounts: [{ name: data, mountPath: /data }, { name: kube-api-access-x7k2p,
                      mountPath: /var/run/secrets/kubernetes.io/serviceaccount }]
                  containers:
                  - name: main
                    image: busybox
                    volumeMounts: [{ name: kube-api-access-x7k2p, mountPath: /var/run/secrets/kubernetes.io/serviceaccount }]
                  volumes:
                  - { name: data, emptyDir: {} }
                  - { name: kube-api-access-x7k2p, projected: { sources: [{ serviceAccountToken: { path: token } }] } }
                status: { phase: Running }
                """
            )
        );

    [Fact]
    public void The_token_secret_that_older_servers_mount_goes_too_and_a_users_volume_of_a_like_name_stays() =>
        RuleCase.Same(
            """
            apiVersion: v1
            kind: Pod
            metadata: { name: debug, namespace: shop }
            spec:
              containers: [{ name: main, image: busybox, volumeMounts: [{ name: default-token-mine, mountPath: /mine }] }]
              volumes: [{ name: default-token-mine, emptyDir: {} }]
            """,
            RuleCase.Body(
                """
                apiVersion: v1
                kind: Pod
                metadata: { name: debug, namespace: shop }
                spec:
                  containers:
                  - name: main
                    image: busybox
                    volumeMounts: [{ name: default-token-mine, mountPath: /mine }, { name: default-token-x7k2p,
                      mountPath: /var/run/secrets/kubernetes.io/serviceaccount }]
                  volumes: [{ name: default-token-mine, emptyDir: {} }, { name: default-token-x7k2p,
                    secret: { secretName: default-token-x7k2p } }]
                """
            )
        );

    [Theory]
    [InlineData("pod-mirror", "annotations: { kubernetes.io/config.mirror: abc }", "Running")]
    [InlineData("pod-finished", "labels: {}", "Succeeded")]
    [InlineData("pod-finished", "labels: {}", "Failed")]
    [InlineData(null, "labels: {}", "Running")]
    [InlineData(null, "labels: {}", "Pending")]
    public void Pods_by_what_they_are(string? rule, string metadata, string phase) =>
        Assert.Equal(
            rule,
            RuleCase.SkipRule(
                $"{{ apiVersion: v1, kind: Pod, metadata: {{ name: p, namespace: shop, {metadata} }}, spec: {{ containers: [] }}, "
                    + $"status: {{ phase: {phase} }} }}"
            )
        );

    private const string Job = """
        apiVersion: batch/v1
        kind: Job
        metadata: { name: migrate, namespace: shop, labels: { controller-uid: dead, job-name: migrate, app: shop } }
        spec:
          manualSelector: MANUAL
          selector: { matchLabels: { controller-uid: dead } }
          template:
            metadata:
              labels: { controller-uid: dead, batch.kubernetes.io/controller-uid: dead, job-name: migrate,
                batch.kubernetes.io/job-name: migrate, app: shop }
            spec: { restartPolicy: Never }
        """;

    [Fact]
    public void A_jobs_generated_selector_goes_whole_with_the_labels_that_it_selects_by() =>
        RuleCase.Same(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: { name: migrate, namespace: shop, labels: { app: shop } }
            spec:
              manualSelector: false
              template:
                metadata: { labels: { app: shop } }
                spec: { restartPolicy: Never }
            """,
            RuleCase.Body(Job.Replace("MANUAL", "false", StringComparison.Ordinal))
        );

    [Fact]
    public void A_job_that_was_given_its_templates_labels_is_given_them_again()
    {
        const string labels = "{ app: shop, controller-uid: dead, job-name: migrate }";

        var body = RuleCase.Body(
            $"{{ apiVersion: batch/v1, kind: Job, metadata: {{ name: j, namespace: shop, labels: {labels} }}, spec: {{ template: {{ "
                + $"metadata: {{ labels: {labels} }}, spec: {{}} }} }} }}"
        );

        Assert.Null(body["metadata"]!["labels"]);
        RuleCase.Same("{ app: shop }", body["spec"]!["template"]!["metadata"]!["labels"]);
    }

    [Fact]
    public void A_jobs_own_selector_stays()
    {
        var body = RuleCase.Body(Job.Replace("MANUAL", "true", StringComparison.Ordinal));

        Assert.Equal("dead", (string?)body["spec"]!["selector"]!["matchLabels"]!["controller-uid"]);
        Assert.Equal("migrate", (string?)body["spec"]!["template"]!["metadata"]!["labels"]!["job-name"]);
    }

    [Theory]
    [InlineData("job-finished", "Complete", "True")]
    [InlineData("job-finished", "Failed", "True")]
    [InlineData(null, "Complete", "False")]
    [InlineData(null, "Suspended", "True")]
    public void A_finished_job_would_run_again_and_stays_away(string? rule, string condition, string status)
    {
        var manifest =
            $"{{ apiVersion: batch/v1, kind: Job, metadata: {{ name: j, namespace: shop }}, spec: {{}}, status: {{ conditions: [{{ "
            + $"type: {condition}, status: '{status}' }}] }} }}";

        Assert.Equal(rule, RuleCase.SkipRule(manifest));
        Assert.Null(RuleCase.SkipRule(manifest, RuleCase.Plain with { Finished = true }));
    }
}
