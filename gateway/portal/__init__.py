"""Pages rendered here, for people: usable without JavaScript, in Chinese, Vietnamese, English."""
