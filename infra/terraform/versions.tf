terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.73"
    }
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.7"
    }
  }
}

# Signed in as 'az login' or the runner's identity is; ARM_SUBSCRIPTION_ID names the subscription.
provider "azurerm" {
  storage_use_azuread = true

  features {
    # Nothing asks the accounts themselves, which only private networks reach.
    storage {
      data_plane_available = false
    }

    # Keys and the vault's container stay when the deployment that made them is removed.
    template_deployment {
      delete_nested_items_during_deletion = false
    }

    key_vault {
      purge_soft_delete_on_destroy = false
    }
  }
}

provider "azuread" {}
