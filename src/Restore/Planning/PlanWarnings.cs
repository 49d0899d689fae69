using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>
/// What a person should know before applying; what many objects share is said once, with the first of them by name and the number of
/// the rest.
/// </summary>
internal sealed class PlanWarnings
{
    private const int Named = 5;

    private readonly List<string> general = [];
    private readonly Dictionary<(string Resource, string Shape), Shared> ofObjects = [];

    public void Add(string warning) => general.Add(warning);

    public void Add(string resource, string? ns, string name, FormattableString warning) =>
        Add(resource, ns, name, ObjectWarning.Of(warning));

    public void Add(string resource, string? ns, string name, ObjectWarning warning)
    {
        if (!ofObjects.TryGetValue((resource, warning.Shape), out var shared))
            ofObjects[(resource, warning.Shape)] = shared = new(warning);
        shared.Add(ns, name, warning);
    }

    public ImmutableArray<string> ToImmutable() =>
        [.. general, .. ofObjects.Select(o => $"{o.Key.Resource}/{o.Value}").Order(StringComparer.Ordinal)];

    private sealed class Shared(ObjectWarning first)
    {
        private readonly List<(string? Namespace, string Name)> objects = [];
        private ObjectWarning common = first;
        private bool sameNamespace = true;
        private int count;

        public void Add(string? ns, string name, ObjectWarning warning)
        {
            common = common.With(warning);
            count++;
            if (objects.Count < Named)
                objects.Add((ns, name));
            sameNamespace &= ns == objects[0].Namespace;
        }

        public override string ToString()
        {
            var names = string.Join(", ", objects.Select(o => sameNamespace ? o.Name : o.Name + In(o.Namespace)));
            var more = count > objects.Count ? $" and {(count - objects.Count).ToString(CultureInfo.InvariantCulture)} more" : "";
            return $"{names}{more}{(sameNamespace ? In(objects[0].Namespace) : "")}: {common}";
        }

        private static string In(string? ns) => ns is null ? "" : $" in {ns}";
    }
}
