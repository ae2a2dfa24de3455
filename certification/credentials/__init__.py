"""Documents that other people's software verifies: Verifiable Credentials 2.0, signed with `eddsa-rdfc-2022`."""
