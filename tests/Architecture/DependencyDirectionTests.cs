using System.Reflection;

namespace Holdfast.Architecture.Tests;

/// <summary>The direction of docs/architecture.md: what each project may see, and that nothing but the edges sees a cloud's SDK.</summary>
public sealed class DependencyDirectionTests
{
    private static readonly string[] Below = ["Holdfast.Machine", "Holdfast.Archive", "Holdfast.Clusters"];
    private static readonly string[] Rooms =
    [
        "Holdfast.Manifests",
        "Holdfast.Control",
        "Holdfast.Capture",
        "Holdfast.Restore",
        "Holdfast.Volumes",
        "Holdfast.Vault",
    ];

    private static readonly Dictionary<string, string[]> MaySee = new(StringComparer.Ordinal)
    {
        ["Holdfast.Machine"] = [],
        ["Holdfast.Archive"] = ["Holdfast.Machine"],
        ["Holdfast.Clusters"] = ["Holdfast.Machine"],
        ["Holdfast.Simulator"] = [],
        ["Holdfast.TaskHub"] = [],
        ["Holdfast.Manifests"] = [.. Below],
        ["Holdfast.Control"] = [.. Below, "Holdfast.Manifests"],
        ["Holdfast.Capture"] = [.. Below, "Holdfast.Manifests", "Holdfast.Control"],
        ["Holdfast.Volumes"] = [.. Below, "Holdfast.Manifests", "Holdfast.Control"],
        ["Holdfast.Vault"] = [.. Below, "Holdfast.Manifests", "Holdfast.Control"],
        // What a capture left out is not compared, and not rolled back; files come back by what exported them.
        ["Holdfast.Restore"] = [.. Below, "Holdfast.Manifests", "Holdfast.Control", "Holdfast.Capture", "Holdfast.Volumes"],
        ["Holdfast.Documents"] = [.. Below, .. Rooms],
        ["Holdfast.AzureCloud"] = [.. Below, "Holdfast.Manifests", "Holdfast.Control", "Holdfast.Volumes"],
        ["Holdfast.Orchestrations"] = [.. Below, .. Rooms],
        ["holdfast-app"] = [.. Below, .. Rooms, "Holdfast.AzureCloud", "Holdfast.Documents", "Holdfast.Orchestrations", "Holdfast.TaskHub"],
        ["holdfast"] = [.. Below, .. Rooms, "Holdfast.AzureCloud", "Holdfast.Documents", "Holdfast.Orchestrations", "Holdfast.Simulator"],
    };

    public static TheoryData<string> Projects => [.. MaySee.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_sees_only_what_the_design_lets_it_see(string project)
    {
        var ours = References(project).Where(name => name.StartsWith("holdfast", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(ours.Except(MaySee[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_edges_see_an_Azure_package(string project)
    {
        if (project is "Holdfast.AzureCloud" or "holdfast" or "holdfast-app")
            return;

        Assert.DoesNotContain(References(project), name => name.StartsWith("Azure.", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_what_runs_orchestrations_sees_a_durable_task_package(string project)
    {
        if (project is "Holdfast.Orchestrations" or "Holdfast.TaskHub" or "holdfast" or "holdfast-app")
            return;

        Assert.DoesNotContain(References(project), name => name.Contains("DurableTask", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_of_the_product_is_in_the_table()
    {
        var projects = SourceTree
            .Files("*.csproj")
            .Where(path => path.StartsWith(Path.Combine(SourceTree.Root, "src"), StringComparison.Ordinal))
            .Select(path =>
                Path.GetFileNameWithoutExtension(path) switch
                {
                    "Holdfast.Cli" => "holdfast",
                    "Holdfast.Functions" => "holdfast-app",
                    var name => name,
                }
            );

        Assert.Equal(MaySee.Keys.Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Theory]
    [
        InlineData("Manager"),
        InlineData("Helper"),
        InlineData("Helpers"),
        InlineData("Util"),
        InlineData("Utils"),
        InlineData("Common"),
        InlineData("Misc")
    ]
    public void No_type_has_a_name_that_says_nothing(string ending)
    {
        var types = MaySee
            .Keys.SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.Namespace?.StartsWith("Holdfast", StringComparison.Ordinal) == true);

        Assert.DoesNotContain(types, type => type.Name.EndsWith(ending, StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project) =>
        Assembly.Load(project).GetReferencedAssemblies().Select(name => name.Name!);
}
