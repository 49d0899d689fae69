using Holdfast.TestKit.Manifests;

namespace Holdfast.Manifests.Tests;

public sealed class SnapshotClassesTests
{
    private const string Driver = "csi.example.com";

    [Fact]
    public void The_only_class_of_the_driver_is_taken() =>
        Assert.Equal(new("mine", null), Choose("{}", Class("mine"), Class("other", driver: "other.example.com")));

    [Theory]
    [InlineData("labels: { holdfast.dev/snapshot-class: \"true\" }")]
    [InlineData("labels: { velero.io/csi-volumesnapshot-class: \"true\" }")]
    [InlineData("annotations: { snapshot.storage.kubernetes.io/is-default-class: \"true\" }")]
    public void Of_several_the_preferred_one_is_taken(string mark) =>
        Assert.Equal(new("b", null), Choose("{}", Class("a"), Class("b", mark), Class("c")));

    [Fact]
    public void A_label_counts_for_more_than_the_clusters_default() =>
        Assert.Equal(
            new("b", null),
            Choose(
                "{}",
                Class("a", "annotations: { snapshot.storage.kubernetes.io/is-default-class: \"true\" }"),
                Class("b", "labels: { holdfast.dev/snapshot-class: \"true\" }")
            )
        );

    [Theory]
    [InlineData("holdfast.dev/snapshot-class")]
    [InlineData("velero.io/csi-volumesnapshot-class")]
    public void A_claims_annotation_counts_for_most(string annotation) =>
        Assert.Equal(
            new("a", null),
            Choose($"{{ {annotation}: a }}", Class("a"), Class("b", "labels: { holdfast.dev/snapshot-class: \"true\" }"))
        );

    [Theory]
    [InlineData("{}", "a (csi.example.com), b (csi.example.com)")]
    [InlineData("{ holdfast.dev/snapshot-class: none }", "doesn't exist")]
    [InlineData("{ holdfast.dev/snapshot-class: foreign }", "other.example.com")]
    public void What_can_not_be_decided_names_the_choices(string annotations, string named)
    {
        var choice = Choose(annotations, Class("a"), Class("b"), Class("foreign", driver: "other.example.com"));

        Assert.Null(choice.Name);
        Assert.Contains(named, choice.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_without_a_class_names_those_that_exist()
    {
        var choice = Choose("{}", Class("foreign", driver: "other.example.com"));

        Assert.Null(choice.Name);
        Assert.Contains("foreign (other.example.com)", choice.Problem, StringComparison.Ordinal);
    }

    private static ClassChoice Choose(string annotations, params string[] classes) =>
        new SnapshotClasses(YamlManifests.Parse(string.Join("\n---\n", classes))).For(
            Driver,
            YamlManifests.Parse($"{{ metadata: {{ name: c, annotations: {annotations} }} }}").Single()
        );

    private static string Class(string name, string metadata = "uid: u", string driver = Driver) =>
        $"{{ metadata: {{ name: {name}, {metadata} }}, driver: {driver} }}";
}
