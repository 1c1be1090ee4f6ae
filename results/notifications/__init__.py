"""Every mail of the app: whom the adopting organisations' answers are told, and what those are asked."""
