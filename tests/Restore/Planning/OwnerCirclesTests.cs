using Holdfast.Restore.Tests.Rules;

namespace Holdfast.Restore.Tests.Planning;

public sealed class OwnerCirclesTests
{
    [Fact]
    public async Task Many_objects_that_all_own_each_other_are_planned_at_once()
    {
        const int Many = 30;
        var names = Enumerable.Range(0, Many).Select(i => $"c{i:00}").ToList();
        var point = string.Join(
            "\n---\n",
            names.Select(name =>
                $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: {name}, namespace: shop, uid: u-{name}, resourceVersion: \"1\", "
                + $"ownerReferences: [{string.Join(", ", names.Where(n => n != name).Select(Reference))}] }} }}"
            )
        );

        var plan = await Plans
            .PlanAsync(
                point,
                "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: n, resourceVersion: \"1\" } }",
                RuleCase.Plain
            )
            .WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(Many, plan.Steps.Count(s => s.Action == StepAction.Create));
    }

    private static string Reference(string name) => $"{{ apiVersion: v1, kind: ConfigMap, name: {name}, uid: u-{name} }}";
}
