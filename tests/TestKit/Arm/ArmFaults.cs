namespace Holdfast.TestKit.Arm;

/// <summary>What goes wrong, by a test's rules: each is used up after so many requests.</summary>
public sealed class ArmFaults
{
    private readonly Lock gate = new();
    private readonly List<Rule> refusals = [];
    private readonly List<Rule> failures = [];
    private readonly List<Rule> lost = [];

    /// <summary>Requests are refused before they have any effect: throttled, denied, in conflict.</summary>
    public ArmFaults Refuse(Func<ArmRequest, bool> which, ArmException with, int times = int.MaxValue) => Add(refusals, which, with, times);

    /// <summary>Requests are accepted, and their operations fail: no capacity, an internal error.</summary>
    public ArmFaults Fail(Func<ArmRequest, bool> which, ArmException with, int times = 1) => Add(failures, which, with, times);

    /// <summary>Requests have their effect, and their answers are lost on the way: the connection breaks.</summary>
    public ArmFaults Lose(Func<ArmRequest, bool> which, int times = 1) => Add(lost, which, new(0, "", ""), times);

    /// <summary>Too many requests: 429 with <c>Retry-After</c>.</summary>
    public ArmFaults Throttle(int times, TimeSpan retryAfter, Func<ArmRequest, bool>? which = null) =>
        Refuse(which ?? (_ => true), ArmException.Throttled(retryAfter), times);

    public void Clear()
    {
        lock (gate)
        {
            refusals.Clear();
            failures.Clear();
            lost.Clear();
        }
    }

    internal ArmException? RefusalOf(ArmRequest request) => Take(refusals, request);

    internal ArmException? FailureOf(ArmRequest request) => Take(failures, request);

    internal bool Loses(ArmRequest request) => Take(lost, request) is not null;

    private ArmFaults Add(List<Rule> rules, Func<ArmRequest, bool> which, ArmException with, int times)
    {
        lock (gate)
            rules.Add(new(which, with) { Left = times });
        return this;
    }

    private ArmException? Take(List<Rule> rules, ArmRequest request)
    {
        lock (gate)
        {
            if (rules.Find(r => r.Left > 0 && r.Which(request)) is not { } rule)
                return null;
            rule.Left--;
            return rule.With;
        }
    }

    private sealed record Rule(Func<ArmRequest, bool> Which, ArmException With)
    {
        public int Left { get; set; }
    }
}
