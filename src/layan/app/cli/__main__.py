from layan.app.cli import main

main()
