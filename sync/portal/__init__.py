"""The pages: server-rendered, Vietnamese first, readable without a script."""
