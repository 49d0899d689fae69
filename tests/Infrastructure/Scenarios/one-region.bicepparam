using '../bicep/main.bicep'

param location = 'westeurope'
