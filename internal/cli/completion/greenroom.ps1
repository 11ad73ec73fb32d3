# PowerShell completion of greenroom. Load it in this shell with: greenroom completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName greenroom -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or $_.Extent.EndOffset -eq $cursorPosition -and $wordToComplete } |
        ForEach-Object { $_.ToString() })
    $program = $words[0]
    $before = @($words | Select-Object -Skip 1)
    if (-not $wordToComplete) { $before += '""' }
    & $program __complete powershell @before 2>$null | ForEach-Object {
        $value, $about = $_ -split "`t", 2
        if ($value -like ':*') {
            Get-ChildItem -Path "$wordToComplete*" -Directory:($value -eq ':folders') | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_.Name, $_.Name, 'ProviderItem', $_.Name)
            }
        } else {
            if (-not $about) { $about = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
        }
    }
}
