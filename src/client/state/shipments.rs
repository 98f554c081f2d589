//! Files on their way, in a model world.
