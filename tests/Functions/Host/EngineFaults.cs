namespace Holdfast.Functions.Tests.Host;

/// <summary>What goes wrong between engine and handler, and how often: each a chance from 0 to 1, drawn from a seed.</summary>
internal sealed record EngineFaults(int Seed = 1)
{
    private readonly Random random = new(Seed);

    /// <summary>An episode's answer is lost: the episode is delivered once more.</summary>
    public double LostEpisodes { get; init; }

    /// <summary>An activity is run twice, as after a lease was lost; both answers arrive.</summary>
    public double DoubledActivities { get; init; }

    /// <summary>An activity's answer is lost after its work: it counts as failed.</summary>
    public double LostActivities { get; init; }

    /// <summary>A completion is delivered late, so that others overtake it.</summary>
    public double LateCompletions { get; init; }

    public bool Happens(double chance)
    {
        lock (random)
            return chance > 0 && random.NextDouble() < chance;
    }
}
