using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests.Terraform;

/// <summary>The repository's Terraform, read once for all tests.</summary>
public sealed class ReadTerraform : IAsyncLifetime
{
    internal TerraformFiles Files { get; private set; } = null!;

    public async Task InitializeAsync() => Files = (await TerraformFiles.ReadAsync(RepositoryFiles.Path("infra/terraform")))[0];

    public Task DisposeAsync() => Task.CompletedTask;
}
