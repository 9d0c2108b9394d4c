//! What a process uses, as Linux's `/proc` tells it.
