// Tests of Catalogue.
