// Tests of SQLStore.
