"""What trainings are given so that they can be compared: learning rates, lengths, and all other hyperparameters."""
