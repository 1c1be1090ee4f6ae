"""How days are written, language by language, where no template says so."""
