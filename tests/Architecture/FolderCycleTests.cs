using System.Reflection;
using Mono.Cecil;

namespace Holdfast.Architecture.Tests;

/// <summary>
/// Folders of a project (its root is one) refer to each other in one direction: what a folder builds on can be read without it. A namespace
/// is a folder, and what counts is what was compiled.
/// </summary>
public sealed class FolderCycleTests
{
    public static TheoryData<string> Projects => DependencyDirectionTests.Projects;

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_folders_of_a_project_form_no_cycle(string project)
    {
        using var module = ModuleDefinition.ReadModule(Assembly.Load(project).Location);
        var references = References(module);

        var inCycles = references.Where(r => Reaches(r.To, r.From, references)).ToList();

        Assert.True(inCycles.Count == 0, string.Join(Environment.NewLine, inCycles.Select(Describe).Order(StringComparer.Ordinal)));
    }

    private static List<FolderReference> References(ModuleDefinition module) =>
        [
            .. module
                .Types.Where(IsOurs)
                .SelectMany(from => TypeDependencies.Of(from).Where(IsOurs).Select(to => (From: from, To: to)))
                .Where(pair => pair.From.Namespace != pair.To.Namespace)
                .GroupBy(pair => (From: pair.From.Namespace, To: pair.To.Namespace))
                .Select(g => new FolderReference(g.Key.From, g.Key.To, [.. g.Select(pair => $"{pair.From.Name} -> {pair.To.Name}")])),
        ];

    private static bool IsOurs(TypeDefinition type) => type.Namespace.StartsWith("Holdfast.", StringComparison.Ordinal);

    private static bool Reaches(string from, string to, List<FolderReference> references)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { from };
        for (var before = 0; before < reached.Count; )
        {
            before = reached.Count;
            reached.UnionWith([.. references.Where(r => reached.Contains(r.From)).Select(r => r.To)]);
        }
        return reached.Contains(to);
    }

    private static string Describe(FolderReference r) =>
        $"{r.From} refers to {r.To}, which leads back to it: {string.Join(", ", r.Types.Take(8))}"
        + (r.Types.Count > 8 ? $" and {r.Types.Count - 8} more" : "");

    private sealed record FolderReference(string From, string To, IReadOnlyList<string> Types);
}
